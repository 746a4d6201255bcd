"""The words all of EarnTrack is built from; imports nothing of ours."""
