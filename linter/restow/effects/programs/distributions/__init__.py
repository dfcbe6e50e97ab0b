"""Packages of the distributions: apt and dpkg, apk, rpm and its kin, with what every one of them sets off."""
