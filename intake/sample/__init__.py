"""The fictional 示范县: a sample county to try the service with (示例数据, no real place)."""
