/* mobproc doctor: a clock that never was set makes every certificate "not yet valid". */
#include "helper/doctor.h"
#include "lib/clock.h"

#define YEAR_2024 1704067200 /* seconds since 1970 */

void doctor_clock(struct patient *patient UNUSED, struct findings *findings)
{
    if (clock_utc() >= YEAR_2024) {
        findings_add(findings, FINDING_OK, "clock", "it was set");
        return;
    }
    findings_add(findings, FINDING_FAILED, "clock", "it says a year before 2024");
    findings_mend(findings, "set it: timedatectl set-ntp true");
}
