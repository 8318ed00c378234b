//! The actor of a request: `user:local/<client>`, where the client is a random id that the browser keeps.

use axum::http::request::Parts;
use table::id::ActorId;

/// The client id of a REST request, from the header `x-suanpan-client`; `api` where there is none.
#[derive(Debug, Clone)]
pub struct Client(pub String);

/// The actor for a client id; anything but letters, digits, `-` and `_` is dropped, and so is what is too long.
pub fn actor_of(client: &str) -> ActorId {
    let name: String = client
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(64)
        .collect();
    match name.is_empty() {
        true => ActorId("user:local/api".into()),
        false => ActorId(format!("user:local/{name}")),
    }
}

impl Client {
    pub fn actor(&self) -> ActorId {
        actor_of(&self.0)
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Client {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Self::Rejection> {
        let name = parts
            .headers
            .get("x-suanpan-client")
            .and_then(|value| value.to_str().ok())
            .unwrap_or("api");
        Ok(Client(name.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_cannot_pose_as_other_actors() {
        assert_eq!(actor_of("ab-1").0, "user:local/ab-1");
        assert_eq!(actor_of("../job:import").0, "user:local/jobimport");
        assert_eq!(actor_of("").0, "user:local/api");
        assert_eq!(actor_of(&"x".repeat(500)).0.len(), "user:local/".len() + 64);
    }
}
