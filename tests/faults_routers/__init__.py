"""`make faults-routers`: changes pushed to virtual routers over real sockets while something breaks."""
