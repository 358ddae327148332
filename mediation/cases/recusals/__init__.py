"""回避: who is or is near to a party neither sees the case nor acts on it, whatever the post; recorded and lifted with a reason."""
