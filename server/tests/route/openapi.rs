//! `server/openapi.json` is the document that the code generates; the TypeScript types come from it.
//! `SUANPAN_REWRITE=1 cargo test -p server --test route` writes it anew.

#[test]
fn the_kept_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let generated = server::app::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("SUANPAN_REWRITE").is_some() {
        std::fs::write(path, &generated).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == generated,
        "server/openapi.json is out of date: run SUANPAN_REWRITE=1 cargo test -p server --test route, then npm run types in web/"
    );
}

#[tokio::test]
async fn the_document_is_served() {
    let world = super::world::World::new();
    let document = world.get("/openapi.json").await.json();
    for path in [
        "/api/v1/health",
        "/api/v1/bases/{base}/commands",
        "/api/v1/bases/{base}/tables/{table}/window",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}
