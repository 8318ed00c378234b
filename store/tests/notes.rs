//! Notes of a base: kept over closing and backups, replaced whole, not believed when damaged.
#![allow(clippy::unwrap_used)]

use store::{Base, BlobError};
use table::id::BaseId;

#[test]
fn a_note_stays_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.base");
    let (base, _) = Base::create(&path, &BaseId("a".into()), "甲").unwrap();
    let reader = base.reader();
    assert_eq!(reader.note("documents").unwrap(), None);
    reader.put_note("documents", b"one").unwrap();
    reader.put_note("documents", b"two").unwrap();
    reader.put_note("other", b"").unwrap();
    let copy = folder.path().join("b.base");
    base.backup(&copy).unwrap();
    base.close().unwrap();
    for path in [&path, &copy] {
        let (base, _) = Base::open(path).unwrap();
        assert_eq!(base.reader().note("documents").unwrap().unwrap(), b"two");
        assert_eq!(base.reader().note("other").unwrap().unwrap(), b"");
        assert!(base.verify().is_empty());
        base.close().unwrap();
    }
    let file = rusqlite::Connection::open(&path).unwrap();
    let read = "SELECT value FROM meta WHERE key = 'note:documents'";
    let mut value: Vec<u8> = file.query_row(read, [], |row| row.get(0)).unwrap();
    value[9] ^= 1;
    let flip = "UPDATE meta SET value = ?1 WHERE key = 'note:documents'";
    file.execute(flip, [value]).unwrap();
    drop(file);
    let (base, _) = Base::open(&path).unwrap();
    assert_eq!(base.reader().note("documents").unwrap(), None);
    let large = vec![0; store::limits::NOTE_BYTES + 1];
    let refused = base.reader().put_note("documents", &large);
    assert!(matches!(refused, Err(BlobError::TooLarge { .. })));
}
