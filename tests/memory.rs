//! Training takes no more memory after many steps than after a few.

#[path = "fuzz/heap.rs"]
mod heap;

use std::sync::Arc;

use diorama::device::{Choice, Device};
use diorama::models;
use diorama::train::tasks::{Generated, Serving, Task};
use diorama::train::{Feed, Optimizer, Setup, Trainer, initialise};
use pollster::block_on;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

const CONFIG: &str = r#"{ "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 10, "n_positions": 8, "n_embd": 8, "n_layer": 1, "n_head": 2 }"#;

#[test]
fn ten_thousand_steps_leave_nothing_behind() {
    let model = models::build(CONFIG, &[]).expect("a model");
    let parameters = initialise(&model, CONFIG, 1).expect("weights");
    let serving = Serving { family: model.family, batch: 2, held_out: 0.0, seed: 1 };
    let task = Task::Walk { nodes: 8, degree: 2, length: 8 };
    let mut feed = Feed::task(Generated::open(task, serving).expect("a task"));
    let mut trainer =
        Trainer::new(Arc::new(model), &block_on(feed.batch(0)).expect("a batch"), &Setup::default()).expect("a trainer");
    let mut device = block_on(Device::open_untested(Choice::Cpu, trainer.graph().clone(), parameters)).expect("the CPU");
    trainer.plan(Optimizer::default(), 10_000).expect("a plan");
    let mut steps = |count: usize| {
        for _ in 0..count {
            let batch = block_on(feed.batch(trainer.done())).expect("a batch");
            block_on(trainer.advance(&mut device, &batch)).expect("a step");
        }
        heap::begin()
    };
    let early = steps(100);
    let late = steps(9_900);
    assert!(late <= early + 4096, "{early} bytes are in use after 100 steps, {late} after 10,000");
    assert!(heap::peak() > 0);
}
