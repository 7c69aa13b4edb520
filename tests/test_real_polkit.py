"""pkexec(1) and polkit-agent-helper-1."""
from fixtures import callers_matrix, callers_polkit

callers_matrix.build(globals(), callers_polkit.Polkit)
