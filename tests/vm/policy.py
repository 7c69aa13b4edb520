"""A root for a virtual machine with SELinux: Debian's policy in it, and the module that the .rpm has,
compiled against it.

    image.make(policy.root(), policy.label)     boots with policy.COMMAND_LINE
"""
import shutil

from fixtures import build
from system import estate, roots

COMMAND_LINE = "security=selinux enforcing=1"
CONFIGURATION = "SELINUX=enforcing\nSELINUXTYPE=default\n"
COMPILE = "cd /opt/policy && make -s -f /usr/share/selinux/devel/Makefile NAME=default mobproc.pp && " \
          "semodule -n -i mobproc.pp guest.cil"
# what the tests need: probe.py goes from an administrator's domain into one of ours
GUEST = """(typeattributeset can_system_change (unconfined_t))
(allow unconfined_t self (process (setcurrent)))
(allow unconfined_t mobprocd_t (process (dyntransition)))
(allow unconfined_t mobproc_courier_t (process (dyntransition)))
"""
# what the host asks for is done as after a login of root's
AGENT = "[Service]\nSELinuxContext=unconfined_u:unconfined_r:unconfined_t:s0\n"
# every label anew, as who would boot twice for it; what the command itself mounts has none
LABEL = "setfiles -m -F -e /proc -e /run /etc/selinux/default/contexts/files/file_contexts /"


def root():
    """See the top of this file."""
    # semanage(8) looks for /etc/protocols, which is netbase's
    made = estate.stocked("kernel", "selinux-policy-default", "selinux-policy-dev", "netbase")
    folder = made / "opt" / "policy"
    shutil.copytree(str(build.REPOSITORY / "packaging" / "selinux"), str(folder))
    (folder / "guest.cil").write_text(GUEST)
    agent = made / "etc" / "systemd" / "system" / "agent.service.d"
    agent.mkdir()
    (agent / "selinux.conf").write_text(AGENT)
    (made / "etc" / "selinux" / "config").write_text(CONFIGURATION)
    roots.shell(made, COMPILE)
    return made


def label(made):
    """When everything else is in it."""
    roots.shell(made, LABEL)
