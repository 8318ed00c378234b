//! Uploaded files waiting to be imported: streamed to disk, counted, forgotten at the next start.
//!
//! Law: memory use does not grow with the file; the sum of all waiting files is bounded; what is broken off
//! leaves nothing behind.

use super::folder::random_id;
use crate::{
    error::{ApiError, too_large},
    limits::{UPLOAD_IDLE_S, UPLOADS_TOTAL_BYTES},
};
use axum::{body::BodyDataStream, http::StatusCode};
use futures_util::StreamExt;
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::io::AsyncWriteExt;

/// A complete upload; the file goes when the last user drops it.
#[derive(Debug)]
pub struct Upload {
    pub id: String,
    /// As the user named it, for people; never part of a path.
    pub name: String,
    pub path: PathBuf,
    pub size_bytes: u64,
    room: Room,
}

/// Bytes taken of what all uploads may take together; given back when dropped.
#[derive(Debug)]
struct Room {
    taken: Arc<Mutex<u64>>,
    n_bytes: u64,
}

#[derive(Default)]
pub struct Uploads {
    waiting: Mutex<HashMap<String, Arc<Upload>>>,
    taken: Arc<Mutex<u64>>,
}

impl Room {
    /// Takes `n_bytes` more; false where the quota does not allow it.
    fn grow(&mut self, n_bytes: u64) -> bool {
        let mut taken = self.taken.lock();
        if *taken + n_bytes > UPLOADS_TOTAL_BYTES {
            return false;
        }
        *taken += n_bytes;
        self.n_bytes += n_bytes;
        true
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        *self.taken.lock() -= self.n_bytes;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.room.n_bytes > 0 || self.path.exists() {
            // Already gone is as good.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Uploads {
    /// Streams a request's body into `folder`.
    pub async fn receive(
        &self,
        folder: &Path,
        name: &str,
        body: BodyDataStream,
        limit_bytes: u64,
    ) -> Result<Upload, ApiError> {
        let id = random_id(20);
        let mut upload = Upload {
            path: folder.join(&id),
            id,
            name: clean_name(name),
            size_bytes: 0,
            room: Room {
                taken: self.taken.clone(),
                n_bytes: 0,
            },
        };
        // On any failure below, dropping `upload` removes the partial file.
        write_body(&mut upload, body, limit_bytes).await?;
        Ok(upload)
    }

    /// Keeps an upload until it is taken for an import; its id.
    pub fn keep(&self, upload: Upload) -> String {
        let id = upload.id.clone();
        self.waiting.lock().insert(id.clone(), Arc::new(upload));
        id
    }

    /// Takes a kept upload out.
    pub fn take(&self, id: &str) -> Result<Arc<Upload>, ApiError> {
        self.waiting
            .lock()
            .remove(id)
            .ok_or_else(|| ApiError::not_found("no_upload", ("上传的文件", "upload"), id))
    }
}

async fn write_body(
    upload: &mut Upload,
    mut body: BodyDataStream,
    limit_bytes: u64,
) -> Result<(), ApiError> {
    let failed = |cause: std::io::Error| ApiError::io("keep an upload", &cause);
    let mut file = tokio::fs::File::create(&upload.path)
        .await
        .map_err(failed)?;
    let patience = Duration::from_secs(UPLOAD_IDLE_S);
    loop {
        let Ok(chunk) = tokio::time::timeout(patience, body.next()).await else {
            return Err(broken_off());
        };
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|_| broken_off())?;
        upload.size_bytes += chunk.len() as u64;
        if upload.size_bytes > limit_bytes {
            return Err(too_large(limit_bytes));
        }
        if !upload.room.grow(chunk.len() as u64) {
            return Err(no_room());
        }
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    match upload.size_bytes {
        0 => Err(ApiError::bad_request(
            "empty_file",
            "文件是空的。",
            "The file is empty.",
        )),
        _ => Ok(()),
    }
}

fn broken_off() -> ApiError {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "upload_broken_off",
        "上传中断了,没有保存。",
        "The upload broke off; nothing was kept.",
    )
    .hint("请再传一次。", "Please upload it again.")
}

fn no_room() -> ApiError {
    let gb = UPLOADS_TOTAL_BYTES >> 30;
    ApiError::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "upload_quota",
        format!("等待导入的文件太多,总共不能超过 {gb} GB。"),
        format!("Too many files are waiting to be imported; together they may take {gb} GB."),
    )
    .hint(
        "请先完成或取消已上传文件的导入。",
        "Finish or cancel the imports of the files uploaded before.",
    )
}

/// The last part of a file name, without what could confuse a reader of it.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    match clean.trim() {
        "" => "file".to_string(),
        name => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    async fn receive(
        uploads: &Uploads,
        dir: &Path,
        n_bytes: usize,
        limit: u64,
    ) -> Result<Upload, ApiError> {
        let body = Body::from(vec![7u8; n_bytes]).into_data_stream();
        uploads.receive(dir, "a/../报价.xlsx", body, limit).await
    }

    #[tokio::test]
    async fn files_are_bounded_and_leave_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::default();
        let n_files = || std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(
            receive(&uploads, dir.path(), 100, 99)
                .await
                .unwrap_err()
                .code,
            "too_large"
        );
        assert_eq!(
            receive(&uploads, dir.path(), 0, 99).await.unwrap_err().code,
            "empty_file"
        );
        assert_eq!(n_files(), 0);
        *uploads.taken.lock() = UPLOADS_TOTAL_BYTES - 10;
        assert_eq!(
            receive(&uploads, dir.path(), 11, 99)
                .await
                .unwrap_err()
                .code,
            "upload_quota"
        );
        assert_eq!(
            (n_files(), *uploads.taken.lock()),
            (0, UPLOADS_TOTAL_BYTES - 10)
        );
        let upload = receive(&uploads, dir.path(), 10, 99).await.unwrap();
        assert_eq!((upload.name.as_str(), upload.size_bytes), ("报价.xlsx", 10));
        let id = uploads.keep(upload);
        assert_eq!(*uploads.taken.lock(), UPLOADS_TOTAL_BYTES);
        drop(uploads.take(&id).unwrap());
        assert_eq!(
            (n_files(), *uploads.taken.lock()),
            (0, UPLOADS_TOTAL_BYTES - 10)
        );
        assert_eq!(uploads.take(&id).unwrap_err().code, "no_upload");
    }
}
