# SPDX-License-Identifier: GPL-2.0-or-later
"""Comparisons printed as TAP."""


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, got, wanted):
        self.count += 1
        if got == wanted:
            print(f"ok {self.count} - {name}")
            return
        self.failed += 1
        print(f"not ok {self.count} - {name}")
        print(f"# got    {got!r}\n# wanted {wanted!r}")

    def finish(self):
        """Print the plan; the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0
