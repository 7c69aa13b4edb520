"""cron(8)."""
from fixtures import callers_cron, callers_matrix

callers_matrix.build(globals(), callers_cron.Cron)
