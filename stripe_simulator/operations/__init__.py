"""What happens to money and objects, whoever asked for it: a call, a timer, the control API."""
