//! Why a device was taken, as a word and as half of a sentence.

use std::fmt;

use web_time::Duration;

use crate::error::Error;

/// Why a device was taken. `Display` is a sentence's half: "the CPU, because …".
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The reader asked for it.
    Asked,
    /// Both compute correctly, and the CPU takes less time for a step.
    CpuFaster {
        cpu: Duration,
        gpu: Duration,
    },
    GpuFaster {
        cpu: Duration,
        gpu: Duration,
    },
    /// There is no GPU, or its numbers cannot be trusted.
    NoGpu {
        fault: String,
    },
    /// The GPU went away and is back.
    Reopened {
        lost: String,
    },
    /// The GPU went away and did not come back.
    Gone {
        lost: String,
        fault: String,
    },
}

impl Reason {
    pub(super) fn no_gpu(fault: &Error) -> Reason {
        Reason::NoGpu { fault: fault.to_string().trim_start_matches("device: ").to_string() }
    }

    /// One word for each, for those who say it in another language.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Asked => "asked",
            Reason::CpuFaster { .. } => "cpuFaster",
            Reason::GpuFaster { .. } => "gpuFaster",
            Reason::NoGpu { .. } => "noGpu",
            Reason::Reopened { .. } => "reopened",
            Reason::Gone { .. } => "gone",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: &Duration| time.as_secs_f64() * 1e3;
        match self {
            Reason::Asked => write!(f, "chosen by the reader"),
            Reason::CpuFaster { cpu, gpu } => {
                write!(f, "the CPU: one step takes {:.1} ms on it and {:.1} ms on the GPU", ms(cpu), ms(gpu))
            }
            Reason::GpuFaster { cpu, gpu } => {
                let (cpu, gpu) = (ms(cpu), ms(gpu));
                write!(
                    f,
                    "the GPU: its kernels agree with the CPU, and one step takes {gpu:.1} ms on it and {cpu:.1} ms on the CPU"
                )
            }
            Reason::NoGpu { fault } => write!(f, "the CPU, because {fault}"),
            Reason::Reopened { lost } => write!(f, "the GPU was lost ({lost}) and has been opened again"),
            Reason::Gone { lost, fault } => {
                write!(f, "the CPU, because the GPU was lost ({lost}) and did not come back: {fault}")
            }
        }
    }
}
