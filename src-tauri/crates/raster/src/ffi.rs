//! What the safe binding lacks: set-up, rasters over borrowed memory, warping, copying with progress. All `unsafe` of the program is in
//! this file and those beside it that begin with `ffi`.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Once;

use gdal::cpl::CslStringList;
use gdal::errors::GdalError;
use gdal::{Dataset, Driver};
use gdal_sys::CPLErr;

/// The version of the GDAL library in use (`3.6.2`).
pub fn gdal_version() -> String {
    // SAFETY: returns a static, NUL-terminated string.
    unsafe { CStr::from_ptr(gdal_sys::GDALVersionInfo(c"RELEASE_NAME".as_ptr())) }.to_string_lossy().into_owned()
}

/// Sets GDAL up, once per process. Everything that touches GDAL calls it first.
pub(crate) fn ready() {
    static READY: Once = Once::new();
    const OPTIONS: [(&CStr, &CStr); 6] = [
        // No look into the folder: it may hold thousands of files, and no file beside an image belongs to it.
        (c"GDAL_DISABLE_READDIR_ON_OPEN", c"EMPTY_DIR"),
        // No .aux.xml beside files that are not ours.
        (c"GDAL_PAM_ENABLED", c"NO"),
        // Nor a note beside a gzip of how long it is unpacked.
        (c"CPL_VSIL_GZIP_WRITE_PROPERTIES", c"NO"),
        // Megabytes for the whole process: blocks are read once, so a larger cache only costs memory.
        (c"GDAL_CACHEMAX", c"128"),
        // Threads are given by whoever calls; GDAL must not start its own per file.
        (c"GDAL_NUM_THREADS", c"1"),
        // Should a name ever lead to the network in spite of everything, nothing there may be opened.
        (c"CPL_VSIL_CURL_ALLOWED_EXTENSIONS", c".none"),
    ];
    READY.call_once(|| {
        // SAFETY: plain C calls with static, NUL-terminated strings; `Once` keeps them from running twice or at the same time.
        unsafe {
            for (key, value) in OPTIONS {
                gdal_sys::CPLSetConfigOption(key.as_ptr(), value.as_ptr());
            }
            gdal_sys::CPLSetErrorHandler(Some(gdal_sys::CPLQuietErrorHandler));
            gdal_sys::OSRSetPROJEnableNetwork(0);
            gdal_sys::GDALAllRegister();
        }
    });
}

/// GDAL's last message on this thread, as an error of the binding.
fn last_error(method_name: &'static str) -> GdalError {
    // SAFETY: returns a NUL-terminated string that lives until the next GDAL call on this thread; it is copied at once.
    let msg = unsafe { CStr::from_ptr(gdal_sys::CPLGetLastErrorMsg()) }.to_string_lossy().into_owned();
    GdalError::NullPointer { method_name, msg }
}

/// Writes out what is cached. Before GDAL 3.7 flushing has no result of its own, so the error state of the thread decides.
pub(crate) fn flush(dataset: &mut Dataset) -> Result<(), GdalError> {
    // SAFETY: the handle is live as long as `dataset`.
    unsafe {
        gdal_sys::CPLErrorReset();
        gdal_sys::GDALFlushCache(dataset.c_dataset());
        if gdal_sys::CPLGetLastErrorType() >= CPLErr::CE_Failure { Err(last_error("GDALFlushCache")) } else { Ok(()) }
    }
}

/// Gives a memory dataset one more band whose pixels are `pixels`, without copying them.
///
/// The caller keeps `pixels` alive and unchanged until the dataset is dropped, and only reads from the band; `memory.rs` sees to both.
pub(crate) fn add_borrowed_band(dataset: &Dataset, pixels: *const c_void, kind: gdal_sys::GDALDataType::Type) -> Result<(), GdalError> {
    let mut options = CslStringList::new();
    options.set_name_value("DATAPOINTER", &format!("{pixels:p}"))?;
    // SAFETY: the handle is live; GDAL copies the options. The band only stores the pointer here.
    let done = unsafe { gdal_sys::GDALAddBand(dataset.c_dataset(), kind, options.as_ptr()) };
    if done == CPLErr::CE_None { Ok(()) } else { Err(last_error("GDALAddBand")) }
}

/// Arguments as GDAL's utilities take them: a NULL-terminated array of strings.
struct Arguments {
    _texts: Vec<CString>,
    pointers: Vec<*mut c_char>,
}

impl Arguments {
    fn new(texts: &[String]) -> Result<Self, GdalError> {
        let texts = texts.iter().map(|t| CString::new(t.as_str())).collect::<Result<Vec<_>, _>>()?;
        let pointers = texts.iter().map(|t| t.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect();
        Ok(Self { _texts: texts, pointers })
    }
}

/// Warps `source` onto the pixels of `target`, with options as for `gdalwarp`.
pub(crate) fn warp(source: &Dataset, target: &Dataset, options: &[String]) -> Result<(), GdalError> {
    let mut arguments = Arguments::new(options)?;
    // SAFETY: both handles are live, the arguments outlive the options made of them, and the options are freed once. With a target handle
    // GDALWarp returns that same handle, so there is nothing to close.
    unsafe {
        gdal_sys::CPLErrorReset();
        let options = gdal_sys::GDALWarpAppOptionsNew(arguments.pointers.as_mut_ptr(), ptr::null_mut());
        if options.is_null() {
            return Err(last_error("GDALWarpAppOptionsNew"));
        }
        let (mut sources, mut usage) = ([source.c_dataset()], 0);
        let done = gdal_sys::GDALWarp(ptr::null(), target.c_dataset(), 1, sources.as_mut_ptr(), options, &mut usage);
        gdal_sys::GDALWarpAppOptionsFree(options);
        let failed = gdal_sys::CPLGetLastErrorType() >= CPLErr::CE_Failure;
        if done.is_null() || usage != 0 || failed { Err(last_error("GDALWarp")) } else { Ok(()) }
    }
}

/// A view of some bands of `source` that costs no pixels, with options as for `gdal_translate`. It must not outlive `source`.
pub(crate) fn view<'a>(source: &'a Dataset, options: &[String]) -> Result<View<'a>, GdalError> {
    let mut arguments = Arguments::new(options)?;
    // SAFETY: as for `warp`; the returned handle is owned by the new `Dataset` alone, and the lifetime keeps `source` open beneath it.
    unsafe {
        let options = gdal_sys::GDALTranslateOptionsNew(arguments.pointers.as_mut_ptr(), ptr::null_mut());
        if options.is_null() {
            return Err(last_error("GDALTranslateOptionsNew"));
        }
        let mut usage = 0;
        let made = gdal_sys::GDALTranslate(c"".as_ptr(), source.c_dataset(), options, &mut usage);
        gdal_sys::GDALTranslateOptionsFree(options);
        if made.is_null() {
            return Err(last_error("GDALTranslate"));
        }
        Ok(View { dataset: Dataset::from_c_dataset(made), _source: std::marker::PhantomData })
    }
}

/// See [`view`].
pub(crate) struct View<'a> {
    pub(crate) dataset: Dataset,
    _source: std::marker::PhantomData<&'a Dataset>,
}

/// Copies a dataset into a new file of another format. `progress` is told the share done (0 to 1) and answers whether to go on.
///
/// `Ok(false)` when `progress` stopped it.
pub(crate) fn create_copy(
    driver: &Driver,
    source: &Dataset,
    destination: &std::path::Path,
    options: &CslStringList,
    mut progress: &mut dyn FnMut(f64) -> bool,
) -> Result<bool, GdalError> {
    struct State<'a, 'b> {
        progress: &'a mut &'b mut dyn FnMut(f64) -> bool,
        stopped: bool,
    }
    unsafe extern "C" fn forward(share: f64, _: *const c_char, state: *mut c_void) -> c_int {
        // SAFETY: GDAL passes back the pointer given to GDALCreateCopy, on the thread that called it, while that call is running.
        let state = unsafe { &mut *state.cast::<State>() };
        // A panic must not cross C; it counts as a wish to stop.
        let go_on = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (state.progress)(share))).unwrap_or(false);
        state.stopped |= !go_on;
        c_int::from(go_on)
    }
    let name = CString::new(destination.to_string_lossy().as_bytes())?;
    let mut state = State { progress: &mut progress, stopped: false };
    // SAFETY: all handles and strings are live during the call, and `state` outlives it. The returned handle is closed at once, which
    // writes the rest of the file.
    unsafe {
        gdal_sys::CPLErrorReset();
        let state_pointer: *mut c_void = ptr::from_mut(&mut state).cast();
        let made = gdal_sys::GDALCreateCopy(
            driver.c_driver(),
            name.as_ptr(),
            source.c_dataset(),
            0,
            options.as_ptr(),
            Some(forward),
            state_pointer,
        );
        if !made.is_null() {
            gdal_sys::GDALClose(made);
        }
        if state.stopped {
            return Ok(false);
        }
        let failed = gdal_sys::CPLGetLastErrorType() >= CPLErr::CE_Failure;
        if made.is_null() || failed { Err(last_error("GDALCreateCopy")) } else { Ok(true) }
    }
}
