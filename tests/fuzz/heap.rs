//! How much memory the library takes: the system's allocator, with a count of what it has given.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0); // bytes
static PEAK: AtomicUsize = AtomicUsize::new(0); // bytes

/// Beyond it nothing is given, which ends the process: a fault may ask for more than the machine has.
const MOST: usize = 2 << 30; // bytes

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed).saturating_add(layout.size());
        if now > MOST {
            NOW.fetch_sub(layout.size(), Relaxed);
            return std::ptr::null_mut();
        }
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the layout is the caller's, unchanged.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the place was given by `alloc` above, which is the system's.
        unsafe { System.dealloc(place, layout) }
    }
}

/// The bytes in use, and a new count of the most from here on.
pub fn begin() -> usize {
    let now = NOW.load(Relaxed);
    PEAK.store(now, Relaxed);
    now
}

/// The most bytes in use since [`begin`].
pub fn peak() -> usize {
    PEAK.load(Relaxed)
}
