"""Sends many items in batches until each is acknowledged."""

import time

from api import TRIES, ApiError, backoff, describe
from progress import Bar

BATCH = 100


def send(api, label, path, request_key, answer_key, items):
    """Sends all items in batches; yields each with its response.

    Items fail independently: the response contains an item's problem at its position. Items that a busy server
    refused (503) are sent again; any other problem is an ApiError.
    """
    with Bar(label, len(items)) as bar:
        for start in range(0, len(items), BATCH):
            waiting = items[start : start + BATCH]
            for attempt in range(TRIES):
                answers = api.call("POST", path, {request_key: waiting})[answer_key]
                if len(answers) != len(waiting):
                    raise ApiError(f"POST {path}: {len(waiting)} items were sent, the response has {len(answers)}")
                pairs = list(zip(waiting, answers, strict=True))
                done = [pair for pair in pairs if "problem" not in pair[1]]
                yield from done
                bar.advance(len(done))
                waiting = [item for item, answer in pairs if refused(path, item, answer)]
                if not waiting:
                    break
                time.sleep(backoff(attempt))
            else:
                raise ApiError(
                    f"POST {path}: {len(waiting)} items are still refused (503) after {TRIES} attempts; try again later"
                )


def refused(path, item, answer):
    """Returns whether to send the item again; an ApiError if the problem is permanent."""
    problem = answer.get("problem")
    if problem is not None and problem.get("status") != 503:
        raise ApiError(f"POST {path}, {item['unit_id']}: {problem.get('status')}: {describe(problem)}")
    return problem is not None
