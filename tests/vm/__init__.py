"""Tests under a kernel of Debian's own, which confines: make check-vm. One virtual machine at a
time, but for test_selinux, beside which the other one idles."""
