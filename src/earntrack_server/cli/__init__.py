"""The command line: everything EarnTrack does, for people and scripts."""
