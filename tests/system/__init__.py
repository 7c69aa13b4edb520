"""Tests of whole machines: make check-system. Debian roots, booted, with the built packages."""
