//! The files that questions show and answers are: pictures in the base's blobs.
//!
//! Law: a picture is durable before an answer names it. Tests: `tests/engine/ai_kinds.rs`.

use crate::{error::CommandError, handle::QueueHandle};

impl QueueHandle {
    /// The bytes of a picture that a question shows; absent where they are damaged or gone.
    pub fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.handle.reader().blob(digest).ok()
    }

    /// Stores a picture that a model made, durable when this returns; gives its digest.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<String, CommandError> {
        let stored = self.handle.reader().put_blob(&mut &*bytes);
        let stored = stored.map(|blob| blob.digest);
        stored.map_err(|error| {
            CommandError::new(
                "blob_unstored",
                format!("图片没有存下来：{error}。"),
                format!("The picture could not be stored: {error}."),
            )
        })
    }
}
