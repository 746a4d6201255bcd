"""The pages: what people see of EarnTrack in a browser."""
