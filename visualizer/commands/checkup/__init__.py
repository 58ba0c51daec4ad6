"""What `visualizer doctor` looks at, one file for each subject: functions that yield findings."""
