"""Sending many items in batches, so that each is acknowledged once."""

import time

from api import TRIES, ApiError, backoff, describe
from progress import Bar

BATCH = 100


def send(api, label, path, request_key, answer_key, items):
    """Send all items in batches; yield each with its answer.

    An item fails alone: its problem stands in its place in the answer. A busy server
    (503) is asked again for those items only, any other problem ends the demo.
    """
    with Bar(label, len(items)) as bar:
        for start in range(0, len(items), BATCH):
            waiting = items[start : start + BATCH]
            for attempt in range(TRIES):
                answers = api.call("POST", path, {request_key: waiting})[answer_key]
                if len(answers) != len(waiting):
                    raise ApiError(f"POST {path}: {len(waiting)} items were sent, {len(answers)} answered")
                pairs = list(zip(waiting, answers, strict=True))
                done = [pair for pair in pairs if "problem" not in pair[1]]
                yield from done
                bar.advance(len(done))
                waiting = [item for item, answer in pairs if refused(path, item, answer)]
                if not waiting:
                    break
                time.sleep(backoff(attempt))
            else:
                raise ApiError(f"POST {path}: {len(waiting)} items are still refused (503) after {TRIES} tries")


def refused(path, item, answer):
    """Whether to send the item again; an ApiError when that is no use."""
    problem = answer.get("problem")
    if problem is not None and problem.get("status") != 503:
        raise ApiError(f"POST {path}, {item['unit_id']}: {problem.get('status')}: {describe(problem)}")
    return problem is not None
