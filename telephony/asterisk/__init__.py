"""Configuration of the county's PBX: dialplan, lines, queue and one AMI user, from our settings."""
