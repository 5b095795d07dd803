"""Calls that a client makes again because the answer to the first was lost or late."""

import asyncio
from collections import OrderedDict

# What an SDK gives a call and all its repetitions.
CALL = b"amz-sdk-invocation-id"
# Answers that are remembered: many more than there are calls under way.
MOST = 1_000
# Services whose calls tests cut off on purpose: what comes of a repetition is theirs to see.
LEFT_ALONE = (b"DynamoDB", b"secretsmanager.")


def with_one_answer_to_repeated_calls():
    """Answer a repetition as the first call was answered, and let that go on when its client has gone.

    Otherwise the second call finds what the first has made: Terraform then fails, because a role exists already.
    """
    from ministack import app as module

    usual, answers = module.app, OrderedDict()

    async def answer(scope, receive):
        messages = []

        async def keep(message):
            messages.append(message)

        await usual(scope, receive, keep)
        return messages

    def is_failure(task):
        start = None if task.cancelled() or task.exception() else next(iter(task.result()), None)
        return start is None or start.get("status", 500) >= 400

    async def app(scope, receive, send):
        headers = dict(scope.get("headers") or ())
        call = headers.get(CALL)
        if scope["type"] != "http" or call is None or headers.get(b"x-amz-target", b"").startswith(LEFT_ALONE):
            await usual(scope, receive, send)
            return
        if call not in answers:
            task = answers[call] = asyncio.ensure_future(answer(scope, receive))
            # What failed is made again, and not only told again.
            task.add_done_callback(lambda task: answers.pop(call, None) if is_failure(task) else None)
            while len(answers) > MOST:
                answers.popitem(last=False)
        for message in await asyncio.shield(answers[call]):
            await send(message)

    module.app = app
