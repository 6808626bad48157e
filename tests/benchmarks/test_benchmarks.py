"""The benchmark compares trainings of the same thing, and notices where they are not."""

from dataclasses import replace

import numpy as np

from benchmarks.jobs import Job, Params, agreement, make_job
from benchmarks.peers import numpy_loop, this_core


def small_job() -> Job:
    """A net that reaches zeros by L1 within few epochs."""
    return replace(make_job("moons", (4, 3), epochs=60, n_lams=4), learning_rate=0.5)


def test_textbook_loop_and_core_train_the_same_networks():
    job = small_job()
    ours = this_core(job)()
    found = agreement(job, ours, numpy_loop(job)())
    assert found.same
    assert found.cost < 1e-5
    assert found.zeros == 0
    assert (ours.W[0] == 0).any(axis=(1, 2))[: len(job.lams) // 2].any()


def test_another_penalty_counts_as_another_training():
    job = small_job()
    other = replace(job, penalties=job.penalties[::-1])
    assert not agreement(job, this_core(job)(), this_core(other)()).same


def test_a_part_of_a_job_trains_to_the_same_weights():
    job = small_job()
    which = np.array([1, 5])
    whole, part = this_core(job)(), this_core(job.select(which))()
    same = Params([w[which] for w in whole.W], [b[which] for b in whole.b])
    assert agreement(job.select(which), same, part).cost < 1e-5
