//! Whether all of a large text file is UTF-8, told by several threads.
//!
//! Function: [`is_utf8`]. In: a file; out: true where every byte of it is part of a character. Law: true is a proof,
//! as one pass over all bytes would be; false only says that such a pass is to be made. Tests: at the end of this file.

use std::{
    fs::File,
    io::{Read, Result, Seek, SeekFrom},
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Bytes that one thread looks at, at a time.
const PIECE_BYTES: u64 = 4 << 20;
/// A smaller file is read as fast by one thread.
const FROM_BYTES: u64 = 4 * PIECE_BYTES;
const THREADS: usize = 8;
/// No character has more bytes.
const CHARACTER_BYTES: u64 = 4;

pub fn is_utf8(path: &Path) -> bool {
    let n_bytes = path.metadata().map_or(0, |file| file.len());
    if n_bytes < FROM_BYTES {
        return false;
    }
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let n_threads = n_threads.clamp(1, THREADS);
    // Where memory is short or the disk fails, the pass over all bytes goes on or tells it.
    in_pieces(|| File::open(path), n_bytes, PIECE_BYTES, n_threads).unwrap_or(false)
}

fn in_pieces<R: Read + Seek>(
    open: impl Fn() -> Result<R> + Sync,
    n_bytes: u64,
    piece_bytes: u64,
    n_threads: usize,
) -> Result<bool> {
    let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let look = || -> Result<bool> {
        let (mut file, mut bytes) = (open()?, Vec::new());
        while !is_over.load(Ordering::Relaxed) {
            let start = next.fetch_add(1, Ordering::Relaxed) * piece_bytes;
            if start >= n_bytes {
                return Ok(true);
            }
            file.seek(SeekFrom::Start(start))?;
            bytes.clear();
            // The last character of a piece may end in the next one.
            let wanted = piece_bytes + CHARACTER_BYTES;
            file.by_ref().take(wanted).read_to_end(&mut bytes)?;
            if !is_whole(&bytes, start, n_bytes, piece_bytes) {
                is_over.store(true, Ordering::Relaxed);
                return Ok(false);
            }
        }
        Ok(false)
    };
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..n_threads {
            // Threads get their stacks from limited memory; whoever asks has another way.
            match std::thread::Builder::new().spawn_scoped(scope, look) {
                Ok(worker) => workers.push(worker),
                Err(_) => is_over.store(true, Ordering::Relaxed),
            }
        }
        let mut all = workers.len() == n_threads;
        for worker in workers {
            all &= match worker.join() {
                Ok(looked) => looked?,
                Err(panic) => std::panic::resume_unwind(panic),
            };
        }
        Ok(all)
    })
}

/// From the first character that begins in the piece to the first one that begins behind it.
fn is_whole(bytes: &[u8], start: u64, n_bytes: u64, piece_bytes: u64) -> bool {
    let begins = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let at = rest.iter().position(|byte| byte & 0xc0 != 0x80);
        at.map_or(bytes.len(), |at| from + at)
    };
    let first = if start == 0 { 0 } else { begins(0) };
    let end = if start + piece_bytes < n_bytes {
        begins(piece_bytes as usize)
    } else {
        bytes.len()
    };
    match std::str::from_utf8(&bytes[first..end]) {
        Ok(_) => true,
        // A cut last character of the file is allowed.
        Err(error) => error.error_len().is_none() && start + end as u64 == n_bytes,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn told(bytes: &[u8], piece_bytes: u64) -> bool {
        let open = || Ok(Cursor::new(bytes));
        in_pieces(open, bytes.len() as u64, piece_bytes, 3).unwrap()
    }

    /// One pass over all bytes.
    fn known(bytes: &[u8]) -> bool {
        std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
    }

    #[test]
    fn characters_may_lie_across_pieces() {
        let text = "货号，a杯é😀\n".repeat(5);
        for piece_bytes in 1..20 {
            assert!(told(text.as_bytes(), piece_bytes), "{piece_bytes}");
            for at in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                assert!(told(&bytes[..at], piece_bytes), "{piece_bytes} {at}");
                bytes[at] = 0xff;
                assert!(!told(&bytes, piece_bytes), "{piece_bytes} {at}");
                bytes.remove(at);
                assert_eq!(
                    told(&bytes, piece_bytes),
                    known(&bytes),
                    "{piece_bytes} {at}"
                );
            }
        }
    }

    #[test]
    fn a_large_file_is_told_by_its_last_bytes_too() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = "发夹,12.5\n".repeat(FROM_BYTES as usize / 12).into_bytes();
        std::fs::write(file.path(), &bytes).unwrap();
        // Below the bound nothing is told.
        assert!(!is_utf8(file.path()));
        bytes.extend("耳钉,3\n".repeat(20).bytes());
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(is_utf8(file.path()));
        let last = bytes.len() - 1;
        bytes[last] = 0xd0;
        bytes.push(b'\n');
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(!is_utf8(file.path()));
    }

    proptest! {
        #[test]
        fn pieces_tell_what_one_pass_tells(
            bytes in prop_oneof![
                prop::collection::vec(prop::sample::select(vec![b'a', 0x80, 0xbf, 0xc3, 0xe6, 0x9d, 0xaf, 0xf0, 0x9f, 0xff]), 0..40),
                "[aé杯😀]{0,20}".prop_map(String::into_bytes),
            ],
            piece_bytes in 1u64..12,
        ) {
            prop_assert_eq!(told(&bytes, piece_bytes), known(&bytes));
        }
    }
}
