//! A generator that learns beside the discriminator: workers that share its batches, snapshots of both, and both devices.

mod common;

use std::sync::Arc;

use common::folder;
use diorama::device::{Choice, Device};
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::train::objectives::{Data, Recipe, Rows, Settings, SpecialIds, Stream};
use diorama::train::{Dropout, Feed, Generator, Optimizer, Setup, Snapshot, Trainer, initialise};
use pollster::block_on;

/// A discriminator that learns, with its generator.
struct Run {
    feed: Feed,
    trainer: Trainer,
    device: Device,
}

fn fresh(name: &str, seed: u64) -> (Model, Parameters) {
    let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a config.json");
    // One vocabulary for both.
    let mut config: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    config["vocab_size"] = 64.into();
    let config = config.to_string();
    let model = models::build(&config, &[]).expect("a known architecture");
    let parameters = initialise(&model, &config, seed).expect("weights");
    (model, parameters)
}

impl Run {
    fn open(choice: Choice, setup: &Setup, joint: bool) -> Run {
        let (discriminator, own) = fresh("electra-discriminator", 1);
        let (generator, others) = fresh("electra-mlm", 2);
        let taught = joint.then(|| setup.for_generator());
        let generator =
            block_on(Generator::open(generator, others, &discriminator, choice, taught.as_ref())).expect("a generator");
        let text = (0..40).flat_map(|_| (10..25u32).chain(12..20)).collect();
        let settings = Settings {
            family: discriminator.family,
            vocab: discriminator.vocab,
            special: SpecialIds { cls: Some(1), sep: Some(2), mask: Some(3), ..SpecialIds::default() },
            batch: 5,
            context: 12,
            held_out: 0.1,
            seed: 4,
        };
        let stream = Stream::open(Recipe::Rtd(0.25, Rows::Packed), Data::Texts(vec![text]), settings).expect("a stream");
        let mut feed = Feed::text(stream, Some(Box::new(generator)));
        let example = block_on(feed.batch(0)).expect("a batch");
        let trainer = Trainer::new(Arc::new(discriminator), &example, setup).expect("a trainer");
        let device = block_on(Device::open_untested(choice, trainer.graph().clone(), own)).expect("a device");
        let mut run = Run { feed, trainer, device };
        let optimizer = Optimizer { rate: 1e-2, ..Optimizer::default() };
        run.trainer.plan(optimizer, 40).expect("a plan");
        run.feed.generator().expect("a generator").plan(optimizer, 40).expect("a plan");
        run
    }

    /// One step: the losses of both.
    fn step(&mut self) -> [f32; 2] {
        let step = self.trainer.done();
        let batch = block_on(self.feed.batch(step)).expect("a batch");
        let did = block_on(self.trainer.step(&mut self.device, &batch)).expect("a step");
        block_on(self.feed.teach()).expect("a step of the generator");
        [did.loss, self.feed.generator().and_then(|generator| generator.loss_at(step)).unwrap_or(0.0)]
    }

    fn steps(&mut self, count: usize) -> Vec<[f32; 2]> {
        (0..count).map(|_| self.step()).collect()
    }

    fn snapshots(&mut self) -> [Snapshot; 2] {
        let own = block_on(self.trainer.snapshot(&mut self.device)).expect("a snapshot");
        let generator = self.feed.generator().expect("a generator");
        [own, block_on(generator.snapshot()).expect("a snapshot").expect("it learns")]
    }
}

#[test]
fn both_learn_on_both_devices() {
    let told = [Choice::Cpu, Choice::Gpu].map(|choice| Run::open(choice, &Setup::default(), true).steps(30));
    for (step, (cpu, gpu)) in told[0].iter().zip(&told[1]).enumerate() {
        // A draw falls apart where two scores differ in their last digits: until then the numbers are the same.
        if step < 5 {
            assert!(cpu.iter().zip(gpu).all(|(a, b)| (a - b).abs() <= 1e-3 * a.max(1.0)), "step {step}: {cpu:?} and {gpu:?}");
        }
    }
    for losses in &told {
        let mean = |which: usize, steps: &[[f32; 2]]| steps.iter().map(|both| both[which]).sum::<f32>() / steps.len() as f32;
        let [own, generator] = [0, 1].map(|which| (mean(which, &losses[..3]), mean(which, &losses[25..])));
        assert!(
            own.1 < own.0 - 0.05 && generator.1 < generator.0 - 0.5,
            "the discriminator {own:?}, the generator {generator:?}"
        );
    }
    let mut fixed = Run::open(Choice::Cpu, &Setup::default(), false);
    let stays = fixed.steps(5);
    assert_eq!(stays[0][0], told[0][0][0], "the first batch is the same");
    assert_ne!(stays[4][0], told[0][4][0]);
    assert!(stays.iter().all(|both| both[1] == 0.0), "a generator that stays as it is has no losses to tell");
}

#[test]
fn workers_that_share_a_batch_learn_what_one_learns() {
    let setup = Setup { dropout: Dropout { share: 0.1, seed: 3 }, ..Setup::default() };
    let mut one = Run::open(Choice::Cpu, &setup, true);
    let mut crew: Vec<Run> = (0..2).map(|_| Run::open(Choice::Cpu, &setup, true)).collect();
    for step in 0..6 {
        let alone = one.step();
        let shares: Vec<Vec<f32>> = (crew.iter_mut().enumerate())
            .map(|(rank, run)| {
                let batch = block_on(run.feed.batch_for(step, rank, 2)).expect("a batch");
                let mut share = block_on(run.trainer.share(&mut run.device, &batch, rank, 2)).expect("a share");
                assert_eq!(share.len(), run.trainer.share_length());
                share.extend(block_on(run.feed.share(rank, 2)).expect("the generator's share"));
                share
            })
            .collect();
        let sum: Vec<f32> = shares[0].iter().zip(&shares[1]).map(|(a, b)| a + b).collect();
        for run in &mut crew {
            let (own, rest) = sum.split_at(run.trainer.share_length());
            let did = block_on(run.trainer.learn(&mut run.device, own)).expect("a step");
            let generator = run.feed.generator().expect("a generator");
            block_on(generator.learn_shared(rest)).expect("a step of the generator");
            let both = [did.loss, generator.loss_at(step).expect("a loss")];
            assert!(both.iter().zip(&alone).all(|(a, b)| (a - b).abs() <= 1e-4 * b), "step {step}: {both:?} and {alone:?}");
        }
    }
    assert!(crew[0].snapshots() == crew[1].snapshots(), "all have the same numbers, bit for bit");
}

#[test]
fn a_snapshot_has_both() {
    let mut run = Run::open(Choice::Cpu, &Setup::default(), true);
    run.steps(4);
    let [own, other] = run.snapshots();
    let generator = run.feed.generator().expect("a generator");
    let (teacher, _) = generator.trainer().expect("it learns");
    let file = Trainer::packed_together(&[("", &run.trainer, &own), ("generator/", teacher, &other)]).expect("a file");
    assert!(teacher.unpacked(&file).is_err() || own == other, "the generator's numbers have names of their own");
    assert_eq!(teacher.unpacked_from("generator/", &file).expect("a snapshot"), other);
    assert_eq!(run.trainer.unpacked(&file).expect("a snapshot"), own);
    let once = run.steps(5);
    run.trainer.restore(&mut run.device, &own).expect("restored");
    run.feed.generator().expect("a generator").restore(&other).expect("restored");
    assert_eq!(run.steps(5), once, "bit for bit");
}
