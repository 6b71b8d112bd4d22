"""What a person names becomes grey pages: finding files, decoding, frames, regions, colours to grey."""
