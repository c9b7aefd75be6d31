"""What the interface is drawn with: formats, states, charts, faceplates. Pure, no framework."""
