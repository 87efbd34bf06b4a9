"""What a careful reader knows: what released tables say of each other, written as equations between counts."""
