"""What this process and a deployment know of their health: probes, checks, doctor."""
