"""What System Center Operations Manager is inside the lab: a group, its setup program, its databases, its API."""
