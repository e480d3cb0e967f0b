//! Training on a GPU without waiting for each step: the same results, few readbacks, a fault at its step; a GPU that goes away meanwhile; and where the time goes.

mod common;

use std::time::Duration;

use common::training::{batches, trainer};
use common::{Golden, goldens};
use diorama::device::{Choice, Device};
use diorama::train::{Batch, Optimizer, Rescue, Rule, Setup, Step, Trainer};
use pollster::block_on;

fn ready(name: &str, choice: Choice, optimizer: Optimizer, setup: &Setup) -> (Vec<Batch>, Trainer, Device) {
    let batches = batches(&Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))));
    let (mut trainer, device) = trainer(name, &batches[0], choice, setup);
    trainer.plan(optimizer, 40).expect("a plan");
    (batches, trainer, device)
}

fn advance(trainer: &mut Trainer, device: &mut Device, batches: &[Batch], steps: usize) -> Vec<Step> {
    let mut told = vec![];
    for _ in 0..steps {
        told.extend(block_on(trainer.advance(device, &batches[trainer.done() % batches.len()])).expect("a step"));
    }
    told
}

#[test]
fn sixteen_steps_take_one_readback() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Gpu, Optimizer::default(), &Setup::default());
    let one_by_one: Vec<Step> =
        (0..40).map(|step| block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step")).collect();
    assert_eq!(device.readbacks(), 40);

    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Gpu, Optimizer::default(), &Setup::default());
    let mut together = advance(&mut trainer, &mut device, &batches, 40);
    assert_eq!((together.len(), device.readbacks()), (32, 2));
    together.extend(block_on(trainer.settle(&mut device)).expect("the last steps"));
    assert_eq!(device.readbacks(), 3);
    assert_eq!(together, one_by_one);
    assert!(block_on(trainer.settle(&mut device)).expect("nothing").is_empty());
}

#[test]
fn on_a_cpu_each_step_is_told_at_once() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu, Optimizer::default(), &Setup::default());
    for step in 0..3 {
        let told = advance(&mut trainer, &mut device, &batches, 1);
        assert_eq!(told.iter().map(|told| told.step).collect::<Vec<_>>(), [step]);
    }
    assert_eq!(device.readbacks(), 0);
}

#[test]
fn a_snapshot_between_takes_and_loses_no_result() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Gpu, Optimizer::default(), &Setup::default());
    assert!(advance(&mut trainer, &mut device, &batches, 3).is_empty());
    let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    assert_eq!(snapshot.step, 3);
    let once = advance(&mut trainer, &mut device, &batches, 16);
    assert_eq!(once.iter().map(|told| told.step).collect::<Vec<_>>(), (0..19).collect::<Vec<_>>());
    // A step that was submitted last does not run over what is put back.
    trainer.restore(&mut device, &snapshot).expect("restored");
    assert_eq!(advance(&mut trainer, &mut device, &batches, 16), once[3..]);
}

#[test]
fn a_fault_is_told_at_its_step_with_the_weights_before_it() {
    for rule in [Rule::AdamW, Rule::Sgd { momentum: 0.9 }] {
        let wild = Optimizer { rate: 1e30, clip: 0.0, ..Optimizer::default() };
        let setup = Setup { rule, ema: Some(0.5), ..Setup::default() };
        let (batches, mut trainer, mut device) = ready("llama1", Choice::Gpu, wild, &setup);
        // One by one, up to the last step that works.
        let fault = loop {
            let before = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
            match block_on(trainer.step(&mut device, &batches[trainer.done() % batches.len()])) {
                Ok(_) => assert!(trainer.done() < 10, "it breaks"),
                Err(fault) => break (before, fault.to_string()),
            }
        };
        let (before, said) = fault;
        assert!(said.contains(&format!("at step {} ", before.step)) && said.contains("learning rate"), "{said}");
        assert_eq!(trainer.done(), before.step);
        assert!(block_on(trainer.snapshot(&mut device)).expect("a snapshot") == before, "nothing has changed");

        // The same without waiting: the steps behind the fault do nothing.
        let (batches, mut trainer, mut device) = ready("llama1", Choice::Gpu, wild, &setup);
        let mut told = advance(&mut trainer, &mut device, &batches, 15);
        let fault = block_on(trainer.advance(&mut device, &batches[3])).expect_err("the sixteenth hears of it").to_string();
        assert_eq!(fault, said);
        told.extend(block_on(trainer.settle(&mut device)).expect("the steps before"));
        assert_eq!(told.len(), before.step);
        assert!(block_on(trainer.snapshot(&mut device)).expect("a snapshot") == before, "nothing has changed");
        // With a rate that fits it goes on from there.
        let (_, mut other, mut elsewhere) = ready("llama1", Choice::Gpu, wild, &setup);
        let mut last = before.clone();
        if before.step > 0 {
            last = block_on(other.snapshot(&mut elsewhere)).expect("the first weights");
            trainer.restore(&mut device, &last).expect("restored");
        }
        trainer.plan(Optimizer { rate: 1e-3, ..Optimizer::default() }, 40).expect("a plan");
        let step = block_on(trainer.step(&mut device, &batches[0])).expect("a step");
        assert_eq!(step.step, last.step);
    }
}

#[test]
fn a_fault_that_a_snapshot_hears_of_is_told_next() {
    let wild = Optimizer { rate: 1e30, clip: 0.0, ..Optimizer::default() };
    let (batches, mut trainer, mut device) = ready("llama1", Choice::Gpu, wild, &Setup::default());
    advance(&mut trainer, &mut device, &batches, 10);
    let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    assert!(snapshot.step < 10 && snapshot.step == trainer.done());
    let fault = block_on(trainer.settle(&mut device)).expect_err("the fault").to_string();
    assert!(fault.contains(&format!("at step {} ", snapshot.step)), "{fault}");
    assert_eq!(block_on(trainer.settle(&mut device)).expect("the steps before").len(), snapshot.step);
}

#[test]
fn a_lost_gpu_is_made_good_from_the_last_snapshot() {
    let run = |losses: &[usize]| {
        let (batches, mut trainer, mut device) = ready("gpt2", Choice::Gpu, Optimizer::default(), &Setup::default());
        let mut rescue = Rescue::every(8, Duration::from_secs(600));
        let (mut told, mut lost) = (vec![], vec![]);
        for step in 0..40 {
            if losses.contains(&step) {
                device.lose_gpu();
            }
            let batch = &batches[trainer.done() % batches.len()];
            told.extend(block_on(rescue.advance(&mut trainer, &mut device, batch)).expect("a step"));
            lost.extend(rescue.lost());
        }
        told.extend(block_on(rescue.settle(&mut trainer, &mut device)).expect("the last steps"));
        let snapshot = block_on(rescue.snapshot(&mut trainer, &mut device)).expect("a snapshot");
        lost.extend(rescue.lost());
        (told, lost, snapshot)
    };
    let (whole, none, last) = run(&[]);
    assert!(none.is_empty() && whole.len() == 40 && last.step == 40);
    // In the middle, at the step that takes a snapshot, and before the last one. Where nothing is read back, a loss is noticed some steps later, at the latest with the results.
    let (told, lost, end) = run(&[13, 24, 39]);
    let steps: Vec<usize> = lost.iter().map(|lost| lost.step).collect();
    assert!(steps.len() == 3 && steps[0] == 8 && [16, 24].contains(&steps[1]) && steps[2] == 32, "{steps:?}");
    assert!(lost.iter().all(|lost| !lost.why.is_empty()));
    assert_eq!(told, whole, "each step once, in order, with the same numbers");
    assert!(end == last);
}

#[test]
fn without_a_snapshot_a_lost_gpu_is_an_error_and_a_cpu_needs_none() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Gpu, Optimizer::default(), &Setup::default());
    let mut rescue = Rescue::default();
    device.lose_gpu();
    let fault = block_on(rescue.advance(&mut trainer, &mut device, &batches[0])).expect_err("nothing to go back to");
    assert!(fault.to_string().contains("the GPU was lost"), "{fault}");
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu, Optimizer::default(), &Setup::default());
    let told = block_on(rescue.advance(&mut trainer, &mut device, &batches[0])).expect("a step");
    assert_eq!(told.len(), 1);
}

#[test]
fn a_profile_has_the_time_of_each_op() {
    for choice in [Choice::Cpu, Choice::Gpu] {
        let (batches, mut trainer, mut device) = ready("gpt2", choice, Optimizer::default(), &Setup::default());
        assert!(device.profile().expect("no clock runs").is_none());
        if let Err(fault) = device.start_profile() {
            assert!(choice == Choice::Gpu && fault.to_string().contains("timestamp"), "{fault}");
            continue;
        }
        advance(&mut trainer, &mut device, &batches, 3);
        let ops = device.profile().expect("an exact clock").expect("a profile").ops();
        let graph = trainer.graph().clone();
        let nodes = |op: &str| graph.nodes.iter().filter(|node| node.op().is_some_and(|known| known.word() == op)).count();
        for op in ["linear", "softmax", "cross_entropy", "linear_grad_input", "linear_grad_weight", "adam_moment", "adamw"] {
            let (_, time, runs) = ops.iter().find(|(word, ..)| *word == op).expect("it ran");
            assert!(*runs == 3 * nodes(op) && !time.is_zero(), "{op} on {choice:?}: {runs} runs in {time:?}");
        }
        assert!(ops.is_sorted_by(|(_, one, _), (_, next, _)| one >= next), "{ops:?}");
        // With the clock or without, the same results.
        let (_, mut other, mut elsewhere) = ready("gpt2", choice, Optimizer::default(), &Setup::default());
        advance(&mut other, &mut elsewhere, &batches, 3);
        let snapshots = [(&mut trainer, &mut device), (&mut other, &mut elsewhere)]
            .map(|(trainer, device)| block_on(trainer.snapshot(device)));
        assert!(snapshots[0] == snapshots[1]);
    }
}
