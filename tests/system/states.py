"""What the broker's machine can be while people come in: STATES[name] is how it breaks, how it
mends, and whether the sign-in server's users still get in."""
import collections

State = collections.namedtuple("State", "breaks mends serves")

UNITS = "mobprocd.socket mobproc-courier.socket mobprocd.service mobproc-courier.service"
SOCKETS = "mobprocd.socket mobproc-courier.socket"
CONFIGURATION = "/etc/mobproc/mobproc.conf"
DROP_IN = "/run/systemd/system/%s.service.d"


def _signal(unit, name):
    return "systemctl start %s.service; kill -%s $(systemctl show -P MainPID %s.service)" % (
        unit, name, unit)


def _cannot_start(unit):
    """Its program ends at once, each time."""
    folder = DROP_IN % unit
    return ("mkdir -p %s; printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > %s/fail.conf; "
            "systemctl daemon-reload; systemctl stop %s.service" % (folder, folder, unit))


def _can_start(unit):
    return "rm -r %s; systemctl daemon-reload" % (DROP_IN % unit)


STATES = {
    "well": State("true", "true", True),
    "stopped": State("systemctl stop " + UNITS, "systemctl start " + SOCKETS, False),
    "hung": State(_signal("mobprocd", "STOP"), _signal("mobprocd", "CONT"), False),
    "courier_hung": State(_signal("mobproc-courier", "STOP"),
                          _signal("mobproc-courier", "CONT"), False),
    "broken_configuration": State(
        "cp -p %s /run/good; echo nonsense >> %s; systemctl restart mobprocd" % ((CONFIGURATION,) * 2),
        "cp -p /run/good %s; mobproc admin reload" % CONFIGURATION, False),
    "broker_cannot_start": State(_cannot_start("mobprocd"), _can_start("mobprocd"), False),
    "courier_cannot_start": State(_cannot_start("mobproc-courier"), _can_start("mobproc-courier"),
                                  False),
    "mended": State("true", "true", True),
}
