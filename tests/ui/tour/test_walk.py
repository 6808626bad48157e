"""The walk through the tour: on and back are each other's inverse, over every stage."""

from ui.tour.steps import TOUR
from ui.tour.walk import Stage


def test_each_step_is_asked_and_then_answered_and_the_way_back_is_the_same():
    stages, stage = [], Stage(TOUR[0])
    while stage is not None:
        stages.append(stage)
        stage = stage.on()
    assert stages == [Stage(step, shown) for step in TOUR for shown in (False, True)]
    assert [stage.back() for stage in stages] == [None, *stages[:-1]]
