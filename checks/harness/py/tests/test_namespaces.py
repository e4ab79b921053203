import os
import tempfile
import unittest

import namespaces


class Links(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.here = os.path.realpath(folder.name)
        self.root = os.path.join(self.here, "root")
        os.makedirs(os.path.join(self.here, "a", "lib"))
        os.mkdir(self.root)

    def path(self, *parts):
        return os.path.join(self.here, *parts)

    def test_no_links(self):
        self.assertEqual(namespaces.links(self.root, self.path("a", "lib")), self.path("a", "lib"))
        self.assertEqual(os.listdir(self.root), [])

    def test_chain(self):
        os.symlink("a", self.path("b"))
        os.symlink(self.path("b", "lib"), self.path("c"))
        os.symlink("../c", self.path("a", "d"))
        self.assertEqual(namespaces.links(self.root, self.path("a", "d")), self.path("a", "lib"))
        made = {p: os.readlink(self.root + self.path(*p)) for p in (("b",), ("c",), ("a", "d"))}
        self.assertEqual(made, {("b",): "a", ("c",): self.path("b", "lib"), ("a", "d"): "../c"})

    def test_twice(self):
        os.symlink("a", self.path("b"))
        for _ in range(2):
            self.assertEqual(namespaces.links(self.root, self.path("b", "lib")), self.path("a", "lib"))
