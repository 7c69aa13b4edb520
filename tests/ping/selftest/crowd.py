"""A hundred clients at once."""

import json
import threading

from .client import PingCase


class Crowd(PingCase):
    """Threads, one connection each."""

    def all_at_once(self, count, function):
        """The results of function(index), started together."""
        results, start = [None] * count, threading.Barrier(count)

        def run(index):
            start.wait()
            results[index] = function(index)
        threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_a_hundred_logins(self):
        answers = self.all_at_once(100, lambda _: self.login())
        self.assertEqual({200}, {answer.status for answer in answers})
        tokens = {json.loads(answer.body)["access_token"] for answer in answers}
        self.assertEqual((100, 100, 100, []), (len(tokens), len(self.ping.posts("password")),
                                               self.ping.connections, self.ping.faults))

    def test_a_hundred_refreshes_without_grace_have_one_winner(self):
        self.ping.state.grace = 0
        _, refresh = self.tokens()
        answers = self.all_at_once(100, lambda _: self.refresh(refresh))
        self.assertEqual([200] + [400] * 99, sorted(answer.status for answer in answers))
