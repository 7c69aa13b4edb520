"""What the kernel of a machine refused, as it said itself.

    kernel.refusals(machine, "mobprocd")      lines about this profile (AppArmor) or domain (SELinux)
"""
import re

# probe.py provokes refusals under this name
PROBE = "mobproc-probe"


def refusals(machine, *labels):
    """All of this boot, without the provoked ones. What a profile denies by name is not logged."""
    log = machine.journal("-b", "_TRANSPORT=kernel", "+", "_TRANSPORT=audit")
    refused = re.compile(r'apparmor="DENIED".*profile="(?:%s)"|avc:\s+denied.*scontext=\S*:(?:%s):'
                         % (("|".join(labels),) * 2))
    return [line for line in log.splitlines()
            if refused.search(line) and 'comm="%s"' % PROBE not in line]
