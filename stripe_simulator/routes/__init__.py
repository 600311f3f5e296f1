"""The API's endpoints: one module each subject, with what its requests accept."""
