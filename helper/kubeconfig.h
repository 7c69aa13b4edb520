/*
 * mobproc setup kubectl --apply: kubectl's own commands, run for the person. A kubeconfig is YAML
 * that kubectl owns: it knows which file KUBECONFIG means, and keeps what stands there.
 */
#ifndef MOBPROC_HELPER_KUBECONFIG_H
#define MOBPROC_HELPER_KUBECONFIG_H

#include "helper/tools.h"
#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Runs each of `lines`, whose words have one blank between them, without a shell: the kubectl of
 * program.h, with the caller's environment. The file before is kept as FILE.old when it changed; of
 * several files in KUBECONFIG none is kept. Refused before anything is run: a file or folder of
 * somebody else's, a symbolic link. A command that fails ends it, and what it said is shown. Says
 * what was done. Exit code: 4 also when kubectl refused, 7 when there is no kubectl.
 */
int kubeconfig_apply(const struct tool *tool, const struct secret *lines) MUST_CHECK;

#endif
