"""Handles calls that a client repeats because the response to the first was lost or late."""

import asyncio
from collections import OrderedDict

# The header that an SDK sends with a call and all its repetitions.
CALL = b"amz-sdk-invocation-id"
# The maximum number of stored responses, many more than there are calls in progress.
MOST = 1_000
# Services whose calls the tests interrupt on purpose, to see the effect of a repetition.
EXCLUDED = (b"DynamoDB", b"secretsmanager.")


def with_one_answer_to_repeated_calls():
    """Returns the response to the first call for each repetition, and completes the first call if its client disconnects.

    Otherwise, the second call finds what the first one created, and Terraform fails, for example because a role exists already.
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
        if scope["type"] != "http" or call is None or headers.get(b"x-amz-target", b"").startswith(EXCLUDED):
            await usual(scope, receive, send)
            return
        if call not in answers:
            task = answers[call] = asyncio.ensure_future(answer(scope, receive))
            # A repetition of a failed call runs again.
            task.add_done_callback(lambda task: answers.pop(call, None) if is_failure(task) else None)
            while len(answers) > MOST:
                answers.popitem(last=False)
        for message in await asyncio.shield(answers[call]):
            await send(message)

    module.app = app
