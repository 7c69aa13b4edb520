"""kubectl asks an API server that wants the token, with mobproc as its credential plugin.

Debian 12's kubectl, 1.20, knows the plugin's version v1beta1 only; those since 1.22 know v1 too, and
those since 1.30 have the options with which `mobproc setup` tells it.
"""
import json
import os
import re

from fixtures import printed
from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.kubeapi import NAMESPACES, KubeApi

# What the person reads; kubectl's own words follow the plugin's.
SAYS = {
    "wrong-host": ["serves this address", "exit code 1"],
    "not-logged-in": ["run: mobproc login", "exit code 1"],
    "ping-away": ["the sign-in server cannot be reached", "exit code 5"],
    "broker-absent": ["the broker (mobprocd) is not running", "exit code 5"],
    "vault-locked": ["no key opens the vault", "exit code 6"],
}


class Kubectl(ConsumerCase):
    TOOL = "kubectl"

    def serve(self):
        return KubeApi(self.house.ping)

    def setUp(self):
        super().setUp()
        client = json.loads(self.tool("version", "--client", "-o", "json").out)["clientVersion"]
        self.versions = ["v1beta1"] + ["v1"] * (int(re.match(r"\d+", client["minor"]).group()) >= 22)
        self.too_old = "kubectl 1.%s has not the options of setup" % client["minor"]
        self.has_options = b"--exec-interactive-mode=" in self.tool(
            "config", "set-credentials", "--help").out

    def environment(self):
        return dict(super().environment(), KUBECONFIG=str(self.home / "config"))

    def configure(self, version, server=None, verify=True, **plugin):
        """The kubeconfig, as JSON, which is YAML too."""
        plugin = dict({"apiVersion": "client.authentication.k8s.io/" + version,
                       "command": str(self.programs / "mobproc"), "provideClusterInfo": True,
                       "args": ["credential", "kubernetes"]}, **plugin)
        if version == "v1":
            plugin["interactiveMode"] = "Never"
        cluster = {"server": server or self.server.base, "certificate-authority": str(self.ca)}
        if cluster["server"].startswith("http:"):
            del cluster["certificate-authority"]
        if not verify:
            cluster = {"server": self.server.base, "insecure-skip-tls-verify": True}
        self.write("config", json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "here", "user": {"exec": plugin}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}]}))

    def configure_as_printed(self):
        """The users are what mobproc-kubernetes(1) shows for an older kubectl, as it stands there."""
        self.configure("v1beta1")
        config = json.loads((self.home / "config").read_text())
        del config["users"]
        users, = printed.snippets("helper/mobproc-kubernetes.1")
        config["contexts"][0]["context"]["user"] = "mobproc"
        self.write("config", "".join("%s: %s\n" % (key, json.dumps(value))
                                     for key, value in config.items())
                   + "users:\n" + users.replace("/usr/bin", str(self.programs)) + "\n")

    def namespaces(self):
        return self.tool("get", "namespaces", "-o", "name")

    def test_it_lists_what_the_token_may_see(self):
        self.login()
        for version in self.versions:
            self.configure(version)
            self.server.forget_requests()
            ran = self.assert_done(self.namespaces())
            self.assertEqual(ran.out.decode().split(), ["namespace/" + name for name in NAMESPACES])
            self.assertEqual(set(self.server.kinds), {"bearer"})

    def test_the_lines_for_an_older_kubectl_make_it_work(self):
        self.login()
        self.configure_as_printed()
        self.assert_done(self.namespaces())
        self.house.change({"hosts": "https://elsewhere.example/"})
        self.assert_told(self.namespaces(), *SAYS["wrong-host"])  # so the cluster is told

    def test_an_expired_token_is_refreshed_before_kubectl_sees_it(self):
        self.login_that_expires()
        self.configure("v1beta1")
        self.assert_done(self.namespaces())
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 1)

    def test_without_a_token_the_reason_is_read(self):
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                self.configure(self.versions[-1])
                self.assert_told(self.namespaces(), *SAYS[situation])
                self.assert_no_token_came()

    def test_a_server_without_tls_gets_nothing(self):
        plain = self.started(KubeApi(self.house.ping, plain=True))
        self.house.change({"hosts": "https://%s/" % plain.host})
        self.login()
        self.configure("v1beta1", server=plain.base)
        self.assertNotEqual(self.namespaces().code, 0)
        self.assertEqual(set(plain.kinds), {"none"})
        self.assert_no_token_came(plain)

    def test_a_server_that_is_not_verified_gets_nothing(self):
        self.login()
        for version in self.versions:
            self.configure(version, verify=False)
            self.assert_told(self.namespaces(), "insecure-skip-tls-verify", "exit code 2")
        self.assert_no_token_came()

    def configure_without_user(self):
        """What stands in a kubeconfig before setup; its bytes."""
        self.configure("v1")
        config = json.loads((self.home / "config").read_text())
        del config["users"]
        return self.write("config", json.dumps(config)).read_bytes()

    def test_the_commands_of_setup_make_it_work(self):
        if not self.has_options:
            self.skipTest(self.too_old)
        self.login()
        self.configure_without_user()
        lines = self.run_program(str(self.programs / "mobproc"), "setup", "kubectl").out
        self.assert_done(self.run_program("/bin/sh", "-e", data=lines))
        self.assert_done(self.namespaces())
        self.assertEqual(os.stat(str(self.home / "config")).st_uid, self.house.uid)

    def test_setup_has_kubectl_write_its_file(self):
        """An older one says why not, and its file is as before."""
        self.login()
        before = self.configure_without_user()
        ran = self.run_program(str(self.programs / "mobproc"), "setup", "kubectl", "--apply")
        if not self.has_options:
            self.assert_told(ran, "unknown flag: --exec-interactive-mode", "nothing was changed")
            self.assertEqual((ran.code, os.listdir(str(self.home))), (4, ["config"]))
            self.assertEqual((self.home / "config").read_bytes(), before)
            return
        self.assert_done(ran)
        self.assert_done(self.namespaces())
        self.assertEqual((self.home / "config.old").read_bytes(), before)
        again = self.run_program(str(self.programs / "mobproc"), "setup", "kubectl", "--apply")
        self.assertIn("says so already", self.assert_done(again).err)

    def test_setup_where_there_is_no_current_context(self):
        if not self.has_options:
            self.skipTest(self.too_old)
        ran = self.run_program(str(self.programs / "mobproc"), "setup", "kubectl", "--apply")
        self.assert_told(ran, "no current context", "kubectl config set-context NAME --user=mobproc")
        self.assertEqual(ran.code, 4)
        self.assertIn("credential", (self.home / "config").read_text())
