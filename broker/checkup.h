/* mobprocd --check: every error of the configuration, then every secret that it names. */
#ifndef MOBPROC_BROKER_CHECKUP_H
#define MOBPROC_BROKER_CHECKUP_H

#define CHECKUP_EXIT_CONFIGURATION 7

/* Prints to standard output and standard error; an exit status, 0 or CHECKUP_EXIT_CONFIGURATION. */
int checkup(const char *config_path);

#endif
