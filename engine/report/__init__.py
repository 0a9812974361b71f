"""What people read: views of findings and plans, pure texts made from values."""
