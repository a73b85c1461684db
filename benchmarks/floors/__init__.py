"""What the figures stand on: servers and steps that do what has to be done, and nothing else.

None of them imports the project. They know no limits, no turns, no languages and no second
process; what they keep is as durable as what the service keeps.
"""
