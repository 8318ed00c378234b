//! A disk that fails, below a whole process: loaded with `LD_PRELOAD`, it stands between the process and the C library.
//!
//! It counts the calls of one class (`open`, `write`, `sync`, `truncate`, `rename`, `unlink`, `mkdir`) on files within
//! one folder, and at the n-th of them fails as a disk would, or ends the process. Built by `sim/build.rs` and loaded
//! by `sim/tests/disk_faults.rs` only: nothing of it is in the product. The one place of the project with `unsafe`,
//! which an interposed C function can't do without; every call but `closedir` goes on to the kernel by `syscall`.
//!
//! | variable | |
//! |---|---|
//! | `DISK_FOLDER` | the folder whose files are meant |
//! | `DISK_FAULT` | `class:n:kind`, counted from 1; `eio` and `enospc` fail one call, `eio+` and `enospc+` that one and all later ones, `short` writes half and finds no room for the rest, `kill-before`, `kill-half` (writes only) and `kill-after` end the process |
//! | `DISK_FROM` | nothing is counted until this file exists |
//! | `DISK_MET` | a file that is made when the fault is met |
//! | `DISK_WELL` | while this file exists, nothing fails |
//! | `DISK_DAYS` | the wall clock is so many days ahead |
//!
//! Each process counts for itself, children too. What is written through memory maps is not seen (SQLite maps only its
//! index of the write-ahead log, which it makes anew after a crash).

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering::Relaxed};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn getenv(name: *const c_char) -> *const c_char;
    fn __errno_location() -> *mut c_int;
    fn dirfd(listing: *mut c_void) -> c_int;
    fn dlsym(library: *const c_void, name: *const c_char) -> *const c_void;
}

#[cfg(target_arch = "x86_64")]
mod number {
    pub const WRITE: i64 = 1;
    pub const CLOSE: i64 = 3;
    pub const PWRITE: i64 = 18;
    pub const WRITEV: i64 = 20;
    pub const GETPID: i64 = 39;
    pub const KILL: i64 = 62;
    pub const FSYNC: i64 = 74;
    pub const FDATASYNC: i64 = 75;
    pub const FTRUNCATE: i64 = 77;
    pub const CLOCK_GETTIME: i64 = 228;
    pub const OPENAT: i64 = 257;
    pub const MKDIRAT: i64 = 258;
    pub const UNLINKAT: i64 = 263;
    pub const FACCESSAT: i64 = 269;
    pub const FALLOCATE: i64 = 285;
    pub const PWRITEV: i64 = 296;
    pub const RENAMEAT2: i64 = 316;
    pub const COPY_FILE_RANGE: i64 = 326;
}
#[cfg(target_arch = "aarch64")]
mod number {
    pub const MKDIRAT: i64 = 34;
    pub const UNLINKAT: i64 = 35;
    pub const FTRUNCATE: i64 = 46;
    pub const FALLOCATE: i64 = 47;
    pub const FACCESSAT: i64 = 48;
    pub const OPENAT: i64 = 56;
    pub const CLOSE: i64 = 57;
    pub const WRITE: i64 = 64;
    pub const WRITEV: i64 = 66;
    pub const PWRITE: i64 = 68;
    pub const PWRITEV: i64 = 70;
    pub const FSYNC: i64 = 82;
    pub const FDATASYNC: i64 = 83;
    pub const CLOCK_GETTIME: i64 = 113;
    pub const KILL: i64 = 129;
    pub const GETPID: i64 = 172;
    pub const RENAMEAT2: i64 = 276;
    pub const COPY_FILE_RANGE: i64 = 285;
}

const EIO: c_int = 5;
const ENOSPC: c_int = 28;
const CWD: c_int = -100;
/// `RTLD_NEXT`: the function that this one stands before.
const NEXT: *const c_void = usize::MAX as *const c_void;
const REMOVE_DIR: c_int = 0x200;
const O_WRONLY_CREAT: c_int = 0o101;
const CLASSES: [&[u8]; 7] = [
    b"open",
    b"write",
    b"sync",
    b"truncate",
    b"rename",
    b"unlink",
    b"mkdir",
];
const KINDS: [&[u8]; 8] = [
    b"eio",
    b"enospc",
    b"eio+",
    b"enospc+",
    b"short",
    b"kill-before",
    b"kill-half",
    b"kill-after",
];

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Open,
    Write,
    Sync,
    Truncate,
    Rename,
    Unlink,
    Mkdir,
}

/// Index into [`CLASSES`] plus one; 0: no plan.
static CLASS: AtomicU8 = AtomicU8::new(0);
/// Index into [`KINDS`].
static KIND: AtomicU8 = AtomicU8::new(0);
static AT: AtomicU64 = AtomicU64::new(0);
static N: AtomicU64 = AtomicU64::new(0);
/// `DISK_FROM` has been seen.
static BEGUN: AtomicBool = AtomicBool::new(false);
/// The write after a short one fails.
static NO_ROOM: AtomicBool = AtomicBool::new(false);
static AHEAD_S: AtomicI64 = AtomicI64::new(0);
/// Which descriptors belong to the folder.
static OURS: [AtomicBool; 4096] = [const { AtomicBool::new(false) }; 4096];

#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

fn variable(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: `getenv` gives null or a string that stays while nobody changes the environment.
    unsafe {
        let found = getenv(name.as_ptr());
        (!found.is_null()).then(|| CStr::from_ptr(found))
    }
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| {
        sum * 10 + u64::from(digit.wrapping_sub(b'0'))
    })
}

extern "C" fn start() {
    if let Some(days) = variable(c"DISK_DAYS") {
        AHEAD_S.store(number(days.to_bytes()) as i64 * 86_400, Relaxed);
    }
    let Some(plan) = variable(c"DISK_FAULT") else {
        return;
    };
    let mut parts = plan.to_bytes().split(|byte| *byte == b':');
    let (Some(class), Some(at), Some(kind)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let place = |all: &[&[u8]], one: &[u8]| all.iter().position(|known| *known == one);
    if let (Some(class), Some(kind)) = (place(&CLASSES, class), place(&KINDS, kind)) {
        AT.store(number(at), Relaxed);
        KIND.store(kind as u8, Relaxed);
        CLASS.store(class as u8 + 1, Relaxed);
    }
}

/// True where the path lies within the folder: by its text, or relative to an open directory of it.
fn is_ours(directory: c_int, path: *const c_char) -> bool {
    if path.is_null() {
        return false;
    }
    // SAFETY: the caller of the C function gives a string that ends with 0.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    match path.first() {
        Some(b'/') => variable(c"DISK_FOLDER").is_some_and(|folder| {
            let folder = folder.to_bytes();
            path.starts_with(folder) && matches!(path.get(folder.len()), None | Some(b'/'))
        }),
        _ => is_our_file(directory),
    }
}

fn is_our_file(file: c_int) -> bool {
    usize::try_from(file)
        .ok()
        .and_then(|at| OURS.get(at))
        .is_some_and(|ours| ours.load(Relaxed))
}

fn mark(file: c_long, ours: bool) {
    if let Some(mark) = usize::try_from(file).ok().and_then(|at| OURS.get(at)) {
        mark.store(ours, Relaxed);
    }
}

fn is_there(path: &CStr) -> bool {
    // SAFETY: a string that ends with 0; nothing is written. The caller's `errno` is put back.
    unsafe {
        let before = *__errno_location();
        let found = syscall(
            number::FACCESSAT,
            CWD,
            path.as_ptr(),
            0 as c_int,
            0 as c_int,
        ) == 0;
        *__errno_location() = before;
        found
    }
}

fn is_well() -> bool {
    variable(c"DISK_WELL").is_some_and(is_there)
}

fn has_begun() -> bool {
    if !BEGUN.load(Relaxed) && variable(c"DISK_FROM").is_none_or(is_there) {
        BEGUN.store(true, Relaxed);
    }
    BEGUN.load(Relaxed)
}

fn tell_met() {
    if let Some(path) = variable(c"DISK_MET") {
        // SAFETY: a string that ends with 0; a descriptor that is closed at once.
        unsafe {
            let file = syscall(
                number::OPENAT,
                CWD,
                path.as_ptr(),
                O_WRONLY_CREAT,
                0o600 as c_int,
            );
            syscall(number::CLOSE, file);
        }
    }
}

fn die() -> c_long {
    // SAFETY: ends this process, as a power cut would, without any cleaning up.
    unsafe { syscall(number::KILL, syscall(number::GETPID), 9 as c_int) }
}

fn fails(error: c_int) -> c_long {
    // SAFETY: this thread's `errno`.
    unsafe { *__errno_location() = error };
    -1
}

/// Passes a call of the class on, unless it is the one that fails. `half` does half of a write.
fn pass(class: Class, act: impl Fn() -> c_long, half: impl Fn() -> c_long) -> c_long {
    if CLASS.load(Relaxed) != class as u8 + 1 || !has_begun() {
        return act();
    }
    let (n, at) = (N.fetch_add(1, Relaxed) + 1, AT.load(Relaxed));
    let kind = KINDS[usize::from(KIND.load(Relaxed)) % KINDS.len()];
    let is_rest = NO_ROOM.swap(false, Relaxed);
    let is_meant = n == at || (n > at && kind.ends_with(b"+")) || is_rest;
    if !is_meant || is_well() {
        return act();
    }
    tell_met();
    match kind {
        b"eio" | b"eio+" => fails(EIO),
        b"enospc" | b"enospc+" => fails(ENOSPC),
        b"short" if is_rest => fails(ENOSPC),
        b"short" => {
            NO_ROOM.store(true, Relaxed);
            half()
        }
        b"kill-before" => die(),
        b"kill-half" => {
            half();
            die()
        }
        _ => {
            act();
            die()
        }
    }
}

/// Half of a write, at least a byte.
fn half_of(n: usize) -> usize {
    n.div_ceil(2)
}

// SAFETY of all that follows: the arguments go on to the kernel as the caller gave them; `mode` of `open` is passed
// in a register whether the caller gave it or not, and the kernel looks at it only where a file is made.

unsafe fn open_any(directory: c_int, path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    let act = || unsafe { syscall(number::OPENAT, directory, path, flags, mode) };
    let ours = is_ours(directory, path);
    let file = match ours {
        true => pass(Class::Open, act, act),
        false => act(),
    };
    if file >= 0 {
        mark(file, ours);
    }
    file as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    unsafe { open_any(CWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    unsafe { open_any(CWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(
    at: c_int,
    path: *const c_char,
    flags: c_int,
    mode: c_int,
) -> c_int {
    unsafe { open_any(at, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(
    at: c_int,
    path: *const c_char,
    flags: c_int,
    mode: c_int,
) -> c_int {
    unsafe { open_any(at, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn creat(path: *const c_char, mode: c_int) -> c_int {
    unsafe { open_any(CWD, path, 0o1101, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(file: c_int) -> c_int {
    mark(file.into(), false);
    unsafe { syscall(number::CLOSE, file) as c_int }
}

/// The C library closes the descriptor of a listing by itself. Left marked, it would be a socket's before long, and the
/// failing disk would break off an answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn closedir(listing: *mut c_void) -> c_int {
    unsafe {
        if !listing.is_null() {
            mark(dirfd(listing).into(), false);
        }
        let next = dlsym(NEXT, c"closedir".as_ptr());
        if next.is_null() {
            return fails(EIO) as c_int;
        }
        let next: unsafe extern "C" fn(*mut c_void) -> c_int = std::mem::transmute(next);
        next(listing)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, from: *const c_void, n: usize) -> isize {
    let act = |n: usize| unsafe { syscall(number::WRITE, file, from, n) };
    let done = match is_our_file(file) {
        true => pass(Class::Write, || act(n), || act(half_of(n))),
        false => act(n),
    };
    done as isize
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(file: c_int, from: *const c_void, n: usize, at: i64) -> isize {
    let act = |n: usize| unsafe { syscall(number::PWRITE, file, from, n, at) };
    let done = match is_our_file(file) {
        true => pass(Class::Write, || act(n), || act(half_of(n))),
        false => act(n),
    };
    done as isize
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(file: c_int, from: *const c_void, n: usize, at: i64) -> isize {
    unsafe { pwrite(file, from, n, at) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(file: c_int, parts: *const c_void, n: c_int) -> isize {
    let act = |n: c_int| unsafe { syscall(number::WRITEV, file, parts, n) };
    let done = match is_our_file(file) {
        true => pass(
            Class::Write,
            || act(n),
            || act(half_of(n as usize) as c_int),
        ),
        false => act(n),
    };
    done as isize
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwritev(file: c_int, parts: *const c_void, n: c_int, at: i64) -> isize {
    let act = |n: c_int| unsafe { syscall(number::PWRITEV, file, parts, n, at, 0 as c_long) };
    let done = match is_our_file(file) {
        true => pass(
            Class::Write,
            || act(n),
            || act(half_of(n as usize) as c_int),
        ),
        false => act(n),
    };
    done as isize
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn copy_file_range(
    from: c_int,
    from_at: *mut i64,
    to: c_int,
    to_at: *mut i64,
    n: usize,
    flags: u32,
) -> isize {
    let act =
        |n: usize| unsafe { syscall(number::COPY_FILE_RANGE, from, from_at, to, to_at, n, flags) };
    let done = match is_our_file(to) {
        true => pass(Class::Write, || act(n), || act(half_of(n))),
        false => act(n),
    };
    done as isize
}

unsafe fn plain(class: Class, file: c_int, act: impl Fn() -> c_long) -> c_int {
    let done = match is_our_file(file) {
        true => pass(class, &act, &act),
        false => act(),
    };
    done as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(file: c_int) -> c_int {
    unsafe { plain(Class::Sync, file, || syscall(number::FSYNC, file)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    unsafe { plain(Class::Sync, file, || syscall(number::FDATASYNC, file)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(file: c_int, n: i64) -> c_int {
    unsafe {
        plain(Class::Truncate, file, || {
            syscall(number::FTRUNCATE, file, n)
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(file: c_int, n: i64) -> c_int {
    unsafe { ftruncate(file, n) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fallocate(file: c_int, mode: c_int, at: i64, n: i64) -> c_int {
    unsafe {
        plain(Class::Truncate, file, || {
            syscall(number::FALLOCATE, file, mode, at, n)
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fallocate64(file: c_int, mode: c_int, at: i64, n: i64) -> c_int {
    unsafe { fallocate(file, mode, at, n) }
}

unsafe fn rename_any(
    from_at: c_int,
    from: *const c_char,
    to_at: c_int,
    to: *const c_char,
    flags: u32,
) -> c_int {
    let act = || unsafe { syscall(number::RENAMEAT2, from_at, from, to_at, to, flags) };
    let done = match is_ours(from_at, from) || is_ours(to_at, to) {
        true => pass(Class::Rename, act, act),
        false => act(),
    };
    done as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    unsafe { rename_any(CWD, from, CWD, to, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn renameat(
    from_at: c_int,
    from: *const c_char,
    to_at: c_int,
    to: *const c_char,
) -> c_int {
    unsafe { rename_any(from_at, from, to_at, to, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn renameat2(
    from_at: c_int,
    from: *const c_char,
    to_at: c_int,
    to: *const c_char,
    flags: u32,
) -> c_int {
    unsafe { rename_any(from_at, from, to_at, to, flags) }
}

unsafe fn unlink_any(at: c_int, path: *const c_char, flags: c_int) -> c_int {
    let act = || unsafe { syscall(number::UNLINKAT, at, path, flags) };
    let done = match is_ours(at, path) {
        true => pass(Class::Unlink, act, act),
        false => act(),
    };
    done as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    unsafe { unlink_any(CWD, path, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlinkat(at: c_int, path: *const c_char, flags: c_int) -> c_int {
    unsafe { unlink_any(at, path, flags) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    unsafe { unlink_any(CWD, path, REMOVE_DIR) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdir(path: *const c_char, mode: c_int) -> c_int {
    let act = || unsafe { syscall(number::MKDIRAT, CWD, path, mode) };
    let done = match is_ours(CWD, path) {
        true => pass(Class::Mkdir, act, act),
        false => act(),
    };
    done as c_int
}

/// Seconds and nanoseconds.
#[repr(C)]
pub struct Time {
    seconds: i64,
    nanoseconds: i64,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, to: *mut Time) -> c_int {
    let done = unsafe { syscall(number::CLOCK_GETTIME, clock, to) };
    // The wall clock only: what waits for a moment keeps its pace.
    if done == 0 && clock == 0 {
        unsafe { (*to).seconds += AHEAD_S.load(Relaxed) };
    }
    done as c_int
}
