"""Tests of impact; `market` is the project that most of them look into."""
