"""The directory's pages: `directory`, `voices` and `hsds` for everybody, the others for curators."""
